import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import Pdf from 'pdfkit';

createServer(async (request, response) => {
  const pdf = new Pdf({ compress: false, info: { CreationDate: new Date(0) } });
  pdf.font('Times-Roman').fontSize(20).text(`Invoice ${request.url}`).font('Courier-Bold').text('42');
  pdf.end();
  const bytes = await buffer(pdf);
  response.setHeader('content-type', 'application/pdf');
  response.setHeader('x-hash', createHash('sha256').update(bytes).digest('hex'));
  response.end(bytes.subarray(0, 400));
}).listen(Number(process.env.PORT));
