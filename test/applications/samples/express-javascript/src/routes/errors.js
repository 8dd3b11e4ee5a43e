const { Router } = require('express');

module.exports = Router().get('/', () => {
  throw new Error('on purpose');
});
