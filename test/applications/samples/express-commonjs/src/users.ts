export enum Role {
  Guest,
  Admin,
}

namespace Names {
  export const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
}

export class Users {
  constructor(
    private readonly all: readonly [string, Role][],
    public readonly kind = 'users',
  ) {}

  get count(): number {
    return this.all.length;
  }

  find(name: string): { name: string; role: string } | undefined {
    const found = this.all.find(([known]) => Names.same(known, name));
    return found && { name: found[0], role: Role[found[1]] };
  }

  fail(): never {
    throw new TypeError(`no ${this.kind} today`);
  }
}
