/** What src/backsight/guide/course.py writes into the home page. */

export interface LessonPage {
  slug: string;
  title: string;
  /** Its place in the whole course. */
  number: number;
  /** 1, 2 … where several pages are one lesson; else 0. */
  part: number;
  question: string;
  minutes: number;
  /** How many things it asks for. */
  tasks: number;
}

/** A lesson of the map, written or not. */
export interface MapEntry {
  number: number;
  name: string;
  question: string;
  /** Its column and row. */
  at: [number, number];
  /** The lessons it stands on. */
  after: number[];
}

export interface Course {
  lessons: LessonPage[];
  map: MapEntry[];
  fast: number[];
}

export function readCourse(page: Document): Course {
  const text = page.getElementById('course')?.textContent;
  const found = text ? (JSON.parse(text) as Partial<Course>) : {};
  return { lessons: [], map: [], fast: [], ...found };
}

/** The pages of a lesson, first part first; none where it is not written yet. */
export const pagesOf = (course: Course, number: number): LessonPage[] =>
  course.lessons.filter((lesson) => lesson.number === number);

/** An arrow of the map: from a lesson to one that stands on it. */
export interface MapArrow {
  from: MapEntry;
  to: MapEntry;
  /** Part of the fast path: from one of its lessons to the next. */
  fast: boolean;
}

export function arrows({ map, fast }: Course): MapArrow[] {
  const byNumber = new Map(map.map((entry) => [entry.number, entry]));
  const follows = (from: number, to: number): boolean => fast.indexOf(to) === fast.indexOf(from) + 1;
  return map.flatMap((to) =>
    to.after.flatMap((number) => {
      const from = byNumber.get(number);
      const both = fast.includes(number) && fast.includes(to.number);
      return from ? [{ from, to, fast: both && follows(number, to.number) }] : [];
    }),
  );
}
