const { readdirSync } = require('node:fs');
const path = require('node:path');
const express = require('express');

const app = express();
for (const file of readdirSync(path.join(__dirname, 'routes'))) {
  app.use(`/${path.basename(file, '.js')}`, require(`./routes/${file}`));
}
app.use((error, request, response, next) => {
  if (response.headersSent) next(error);
  else response.status(503).type('text').send(error.stack);
});
if (require.main === module || process.env.PORT) app.listen(process.env.PORT);
module.exports = app;
