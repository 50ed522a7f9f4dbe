// `@nestjs/throttler` is a CommonJS package that requires Nest's ES modules; Jest allows that only when they are
// already loaded.
import '@nestjs/common';
import '@nestjs/core';
import 'reflect-metadata';
