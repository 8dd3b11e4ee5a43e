// exceljs@4.4.0
import Excel from 'exceljs';

const book = new Excel.Workbook();
book.addWorksheet('a').addRow([1, 'two']);
const copy = await new Excel.Workbook().xlsx.load((await book.xlsx.writeBuffer()) as never);
console.log(copy.getWorksheet('a')?.getRow(1).values);
