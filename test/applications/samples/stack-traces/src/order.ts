export interface Line {
  readonly price: number;
}

export class Order {
  readonly lines: readonly Line[];
  constructor(lines: readonly Line[]) {
    this.lines = lines;
  }

  total(): number {
    const [first, ...rest] = this.lines;
    return rest.reduce((sum, { price }) => sum + price, this.priceOf(first));
  }

  priceOf(line: Line | undefined): number {
    if (line === undefined) throw new Error('an order without lines');
    return line.price;
  }
}
