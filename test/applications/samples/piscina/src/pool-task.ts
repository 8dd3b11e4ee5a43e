import workerpool from 'workerpool';

workerpool.worker({ upper: (text: string) => text.toUpperCase() });
