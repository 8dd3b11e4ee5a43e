const { Router } = require('express');
const { users } = require('../data');

module.exports = Router().get('/', (request, response) => response.json(users));
