import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { arrows, pagesOf, readCourse, type Course } from './course.ts';

const course: Course = {
  lessons: [
    { slug: 'a', title: 'A', number: 1, part: 0, question: '?', minutes: 6, tasks: 3 },
    { slug: 'b1', title: 'B', number: 2, part: 1, question: '?', minutes: 6, tasks: 3 },
    { slug: 'b2', title: 'B', number: 2, part: 2, question: '?', minutes: 6, tasks: 3 },
  ],
  map: [
    { number: 1, name: 'a', question: '?', at: [0, 0], after: [] },
    { number: 2, name: 'b', question: '?', at: [1, 0], after: [1] },
    { number: 3, name: 'c', question: '?', at: [2, 0], after: [1, 2] },
  ],
  fast: [1, 3],
};

describe('the course', () => {
  it('has an arrow for each lesson that another stands on, and knows the fast path', () => {
    const found = arrows(course).map(({ from, to, fast }) => [from.number, to.number, fast]);
    expect(found).toEqual([
      [1, 2, false],
      [1, 3, true],
      [2, 3, false],
    ]);
  });

  it('gives a lesson in parts all its pages, and an unwritten one none', () => {
    expect(pagesOf(course, 2).map(({ slug }) => slug)).toEqual(['b1', 'b2']);
    expect(pagesOf(course, 3)).toEqual([]);
  });

  it('is empty where a page holds none', () => {
    document.body.innerHTML = '';
    expect(readCourse(document)).toEqual({ lessons: [], map: [], fast: [] });
  });
});

it('no two lessons of the real map lie on one place', () => {
  const text = readFileSync('../lessons/map.toml', 'utf-8');
  const places = [...text.matchAll(/^at = (.*)$/gm)].map((match) => match[1]);
  expect(places).toHaveLength(22);
  expect(new Set(places).size).toBe(22);
});
