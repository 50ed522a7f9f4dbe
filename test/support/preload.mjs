// `@nestjs/throttler` is a CommonJS package that requires Nest's ES modules; Jest allows that only when they are
// already loaded.
import '@nestjs/common';
import '@nestjs/core';
import fc from 'fast-check';
import 'reflect-metadata';

// Every run tries the same random values, so that a run fails for what changed and not by luck. To look for more, run
// with another number.
fc.configureGlobal({ seed: Number(process.env['FUZZ_SEED'] ?? 20_261_124) });
