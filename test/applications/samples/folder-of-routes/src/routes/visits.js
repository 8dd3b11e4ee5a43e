const { Router } = require('express');
const { db } = require('../db');

const router = Router();
router.get('/visits', (_request, response) => response.send(`${db.visits} of ${require('../main').started}`));
module.exports = router;
