const { Router } = require('express');
const moment = require('moment');
const { db } = require('../db');

const router = Router();
router.get('/dates', (_request, response) => {
  db.visits += 1;
  response.send(moment.utc(0).locale('de').format('dddd, LL'));
});
module.exports = router;
