export const page = (text: string): string => `<p>${text}</p>`;
