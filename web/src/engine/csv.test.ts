import { describe, expect, it } from 'vitest';
import { faultText, readCsv, type CsvFault, type CsvTable } from './csv.ts';
import { Random } from './random.ts';
import { Fuzz } from './testing/fuzz.ts';

const bytes = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;

function good(text: string): CsvTable {
  const result = readCsv(bytes(text));
  if (!result.ok) throw new Error(faultText(result.fault));
  return result.table;
}

function fault(text: string): CsvFault {
  const result = readCsv(bytes(text));
  if (result.ok) throw new Error('it was read');
  expect(result.fault.reason).toBeTruthy();
  expect(result.fault.remedy).toBeTruthy();
  return result.fault;
}

describe('readCsv reads', () => {
  it.each([
    ['commas', '1,2,a\n3.5,-4e1,b'],
    ['a header', 'width,height,kind\n1,2,a\n3.5,-40,b'],
    ['semicolons and decimal commas', '1;2;a\n3,5;-40;b'],
    ['tabs', '1\t2\ta\n3.5\t-40\tb\n'],
    ['quotes', '"1","2","a"\r\n"3.5","-40","b"\r\n'],
    ['a byte order mark', '\ufeff1,2,a\n3.5,-40,b'],
    ['spaces and empty lines', '\n 1 , 2 , a \n\n3.5,-40,b\n\n\n'],
    ['the label first', 'a,1,2\nb,3.5,-40'],
    ['the label in the middle', '1,a,2\n3.5,b,-40'],
    ['a delimiter at every line end', '1,2,a,\n3.5,-40,b,'],
    ['old line ends', '1,2,a\r3.5,-40,b\r'],
    ['a proper minus sign', '1,2,a\n3.5,−40,b'],
  ])('%s', (_, text) => {
    const table = good(text);
    expect(table.x1).toEqual([1, 3.5]);
    expect(table.x2).toEqual([2, -40]);
    expect(table.classes).toEqual(['a', 'b']);
    expect(table.label).toEqual([0, 1]);
  });

  it('names of features from the header', () => {
    expect(good('petal,sepal,species\n1,2,a\n3,4,b').features).toEqual(['petal', 'sepal']);
    expect(good('species,petal,sepal\n1,2,7\n0,4,8').features).toEqual(['petal', 'sepal']);
  });

  it('labels that are numbers, in their order', () => {
    const table = good('1,2,10\n3,4,9\n5,6,10');
    expect(table.classes).toEqual(['9', '10']);
    expect(table.label).toEqual([1, 0, 1]);
  });

  it('quoted delimiters, line ends and quotes', () => {
    const table = good('1,2,"a, ""b""\nc"\n3,4,d');
    expect(table.classes).toEqual(['a, "b"\nc', 'd']);
  });

  it('UTF-16 and Windows letters', () => {
    const text = '1,2,ä\n3,4,b';
    const utf16 = new Uint8Array(2 + text.length * 2);
    utf16.set([0xff, 0xfe]);
    [...text].forEach((c, i) => (utf16[2 + i * 2] = c.charCodeAt(0)));
    const windows = Uint8Array.from(text, (c) => c.charCodeAt(0));
    for (const file of [utf16, windows]) {
      const result = readCsv(file.buffer as ArrayBuffer);
      expect(result.ok && result.table.classes).toEqual(['b', 'ä']);
    }
  });

  it('5,000 rows', () => {
    expect(good(Array.from({ length: 5000 }, (_, i) => `${i},${-i},${i % 6}`).join('\n')).x1).toHaveLength(
      5000,
    );
  });
});

describe('readCsv refuses, with line, reason and remedy', () => {
  it.each<[string, string, number | null, string]>([
    ['nothing', '', null, 'empty'],
    ['only blank lines', '\n \n', null, 'no rows'],
    ['two columns', '1,2\n3,4', 1, '2 columns'],
    ['a short row', '1,2,a\n3,4,b\n5,6', 3, '2 columns'],
    ['decimal commas between commas', '1,5,2,5,a\n3,4,5,6,b', 1, '5 columns'],
    ['a word among numbers', '1,2,a\n3,oops,b\n4,5,a', 2, '“oops” in column 2 is not a number'],
    ['a missing number', '1,2,a\n\n3,,b', 3, 'column 2 is empty'],
    ['a missing label', '1,2,a\n3,4,\n5,6,b', 2, 'a label is needed'],
    ['not a number', '1,2,a\nNaN,2,b\n3,4,b', 2, 'not a number'],
    ['infinity', '1,2,a\n1e999,2,b\n3,4,b', 2, 'too large'],
    ['one kind only', '1,2,a\n3,4,a', null, 'All rows have the label “a”'],
    ['seven kinds', '1,1,a\n1,1,b\n1,1,c\n1,1,d\n1,1,e\n1,1,f\n1,1,g', 7, '7th kind'],
    ['an open quote', '1,2,a\n3,4,"b\n5,6,c', 2, 'never closed'],
    ['text after a quote', '1,2,a\n3,4,"b"c', 2, 'after a closing quotation mark'],
    ['a line number after a quoted line end', '1,2,"a\nb"\n3,x,c\n4,4,c', 3, '“x” in column 2'],
    ['a picture', '\u0089PNG\0\0', null, 'not a text file'],
    ['too many rows', '1,2,a\n'.repeat(5000) + '3,4,b', 5001, 'more than 5000'],
  ])('%s', (_, text, line, reason) => {
    const found = fault(text);
    expect(found.reason).toContain(reason);
    expect(found.line).toBe(line);
  });

  it('more than 5 MB', () => {
    expect(readCsv(new ArrayBuffer(6_000_000))).toMatchObject({ ok: false, fault: { line: null } });
  });
});

describe('readCsv never throws', () => {
  const alphabet = '0123456789.,;\t"\n\r eE+-abä\ufeff\0';

  it('on random text', () => {
    const fuzz = new Fuzz(new Random(11));
    for (let i = 0; i < 3000; i++) {
      const result = readCsv(bytes(fuzz.text(alphabet, 60)));
      if (!result.ok) expect(result.fault.remedy).toBeTruthy();
      else check(result.table);
    }
  });

  it('on damaged files', () => {
    const fuzz = new Fuzz(new Random(12));
    const whole = 'w;h;kind\n1,5;2;a\n3;4,25;b\n"6";7;"c"\n8;9;a\n';
    for (let i = 0; i < 3000; i++) {
      const result = readCsv(bytes(fuzz.damage(whole, alphabet)));
      if (result.ok) check(result.table);
    }
  });

  it('on random bytes', () => {
    const random = new Random(13);
    for (let i = 0; i < 500; i++)
      readCsv(Uint8Array.from({ length: 40 }, () => random.below(256)).buffer as ArrayBuffer);
  });

  function check({ x1, x2, label, classes }: CsvTable): void {
    expect(x1.length).toBe(x2.length);
    expect(x1.length).toBe(label.length);
    expect([...x1, ...x2].every(Number.isFinite)).toBe(true);
    expect(classes.length).toBeGreaterThanOrEqual(2);
    expect(classes.length).toBeLessThanOrEqual(6);
    expect(label.every((l) => l in classes)).toBe(true);
  }
});
