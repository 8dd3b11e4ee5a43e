// pdf-lib@1.17.1
import { PDFDocument, StandardFonts } from 'pdf-lib';

const pdf = await PDFDocument.create({ updateMetadata: false });
pdf.addPage().drawText('hello', { font: await pdf.embedFont(StandardFonts.Courier) });
console.log((await pdf.save()).length);
