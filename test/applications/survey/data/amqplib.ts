// amqplib@2.3.1
import amqp from 'amqplib';

await amqp.connect('amqp://127.0.0.1:1').catch((error) => console.log(error.code));
