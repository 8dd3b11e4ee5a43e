import 'reflect-metadata';
import { createServer } from 'node:http';
import { Container, inject, injectable } from 'inversify';

function logged(target: object, key: string, descriptor: PropertyDescriptor): void {
  const inner = descriptor.value as (this: object, ...args: unknown[]) => unknown;
  descriptor.value = function (this: object, ...args: unknown[]) {
    return `${target.constructor.name}.${key}: ${String(inner.apply(this, args))}`;
  };
}

@injectable()
class Engine {
  readonly power = 90;
}

@injectable()
class Car {
  constructor(@inject(Engine) private readonly engine: Engine) {}

  @logged
  drive(where: string): string {
    return `to ${where} with ${this.engine.power}`;
  }
}

const container = new Container();
container.bind(Engine).toSelf();
container.bind(Car).toSelf();
const car = container.get(Car);
createServer((request, response) => response.end(car.drive(request.url ?? ''))).listen(Number(process.env.PORT));
