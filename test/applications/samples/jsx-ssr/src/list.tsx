import { useId } from 'react';

export function List({ items }: { items: string[] }) {
  return (
    <ul id={useId()}>
      {items.map((item) => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}
