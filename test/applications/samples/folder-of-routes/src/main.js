const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const express = require('express');
const { db } = require('./db');

exports.started = 'one';
const app = express();
const folder = join(__dirname, 'routes');
for (const name of readdirSync(folder)) app.use(require(join(folder, name)));
app.get('/', (_request, response) => response.send(String(db.visits)));
app.listen(process.env.PORT);
