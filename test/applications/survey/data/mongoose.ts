// mongoose@9.12.1
import mongoose from 'mongoose';

const Cat = mongoose.model('Cat', new mongoose.Schema({ name: { type: String, required: true } }));
console.log(new Cat().validateSync()?.message, new Cat({ name: 'Tom' }).name);
await mongoose
  .connect('mongodb://127.0.0.1:1/x', { serverSelectionTimeoutMS: 200 })
  .catch((error) => console.log(error.name));
