// @nestjs/core@12.5.1 @nestjs/common@12.5.1 @nestjs/platform-express@12.5.1 reflect-metadata@0.2.2 rxjs@7.8.2
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

class AppModule {}
Module({ providers: [{ provide: 'greeting', useValue: 'hello' }] })(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
console.log(app.get('greeting'));
await app.close();
