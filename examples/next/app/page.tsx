export const dynamic = 'force-dynamic';

export default async function Page({ searchParams }: { searchParams: Promise<{ name?: string }> }) {
  const { name = 'world' } = await searchParams;
  return <h1>Hello {name}</h1>;
}
