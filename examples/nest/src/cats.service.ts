import { Injectable } from '@nestjs/common';

@Injectable()
export class CatsService {
  private readonly cats = [
    { name: 'tom', age: 7 },
    { name: 'kit', age: 1 },
  ];

  upTo(age: number) {
    return this.cats.filter((cat) => cat.age <= age);
  }

  named(name: string) {
    return this.cats.find((cat) => cat.name === name);
  }
}
