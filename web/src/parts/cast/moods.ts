/** What a member of the cast feels. */
export type Mood = 'calm' | 'happy' | 'curious' | 'worried' | 'asleep';
