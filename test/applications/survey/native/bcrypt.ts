// bcrypt@6.0.0
import bcrypt from 'bcrypt';

console.log(bcrypt.hashSync('x', '$2b$04$abcdefghijklmnopqrstuu'));
