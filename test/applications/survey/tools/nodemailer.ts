// nodemailer@10.6.1
import nodemailer from 'nodemailer';

const { message } = await nodemailer
  .createTransport({ streamTransport: true, buffer: true })
  .sendMail({ from: 'a@b.c', to: 'd@e.f', subject: 'ä', date: new Date(0), messageId: '<x@y>', text: 'hi' });
console.log(String(message));
await nodemailer
  .createTransport({ host: '127.0.0.1', port: 1 })
  .verify()
  .catch((error) => console.log(error.code));
