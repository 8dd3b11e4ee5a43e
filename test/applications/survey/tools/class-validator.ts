// class-validator@0.15.1 class-transformer@0.5.1 reflect-metadata@0.2.2
import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { IsInt, validateSync } from 'class-validator';

class A {
  b = 0;
}
IsInt()(A.prototype, 'b');
console.log(validateSync(plainToInstance(A, { b: 'x' }))[0]?.constraints);
