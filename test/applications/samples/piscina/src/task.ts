export default (text: string): string => [...text].toReversed().join('');
