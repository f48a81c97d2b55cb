/** What the site's builder writes into the home page about each lesson. */
export interface LessonLink {
  slug: string;
  title: string;
  /** Its place in the whole course. */
  number: number;
  question: string;
  minutes: number;
}

export function readLessons(page: Document): LessonLink[] {
  const text = page.getElementById('lessons')?.textContent;
  return text ? (JSON.parse(text) as LessonLink[]) : [];
}
