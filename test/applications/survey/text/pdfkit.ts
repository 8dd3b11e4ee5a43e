// pdfkit@0.20.2
import Pdf from 'pdfkit';

const pdf = new Pdf({ compress: false, info: { CreationDate: new Date(0) } });
pdf
  .on('data', (part) => console.log(part.length))
  .font('Courier')
  .text('hello');
pdf.end();
