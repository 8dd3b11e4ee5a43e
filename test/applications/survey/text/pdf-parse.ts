// pdf-parse@2.4.5
import { PDFParse } from 'pdf-parse';

await new PDFParse({ data: new TextEncoder().encode('no pdf') }).getText().catch((error) => console.log(error.message));
