import { createServer } from 'node:http';
import { DataTypes, Sequelize } from 'sequelize';

const sequelize = new Sequelize('postgres://ada:secret@127.0.0.1:1/shop', { logging: false });
const User = sequelize.define('User', {
  name: DataTypes.STRING,
  age: { type: DataTypes.INTEGER, validate: { min: 0 } },
});
createServer(async (_request, response) => {
  const refused = await User.build({ name: 'Ada', age: -1 })
    .validate()
    .catch((error: Error) => error.message);
  const failed = await User.findAll({ where: { name: 'Ada' } }).catch(
    (error: Error) => `${error.name} ${error.message}`,
  );
  response.end(JSON.stringify({ refused, failed }));
}).listen(Number(process.env.PORT));
