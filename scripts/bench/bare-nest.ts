// The smallest Nest application: every ratio is against this one. Decorators are called by hand: Node strips types only.
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';

class HelloController {
  hello(): { hello: string } {
    return { hello: 'world' };
  }
}
const descriptor = Object.getOwnPropertyDescriptor(HelloController.prototype, 'hello') as PropertyDescriptor;
Get('hello')(HelloController.prototype, 'hello', descriptor);
Controller()(HelloController);

class HelloModule {}
Module({ controllers: [HelloController] })(HelloModule);

const app = await NestFactory.create(HelloModule, new ExpressAdapter(), { logger: false });
await app.listen(Number(process.argv[2]), '127.0.0.1');
