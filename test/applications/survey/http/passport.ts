// passport@0.7.0 passport-local@1.0.0 express@5.3.0
import express from 'express';
import passport from 'passport';
import { Strategy } from 'passport-local';
import { ask } from './ask.ts';

passport.use(new Strategy((name, word, done) => done(null, word === 'x' ? { name } : false)));
const app = express().use(express.urlencoded()).use(passport.initialize());
app.use(passport.authenticate('local', { session: false }), (request, response) => void response.json(request.user));
console.log(await ask(app, '/?username=ada&password=x'), await ask(app, '/?username=ada&password=y'));
