// The smallest Express server: what the framework under Nest can do on this machine.
import express from 'express';

const app = express();
app.get('/hello', (_request, response) => void response.json({ hello: 'world' }));
app.listen(Number(process.argv[2]), '127.0.0.1');
