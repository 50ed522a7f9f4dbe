import { describe, expect, it } from '@jest/globals';
import { containing, containsText } from './containing.js';
import { pageRequest, SearchPageDto, uuidRange } from './search-page.dto.js';

describe('a page of a searched list', () => {
  it('takes either name of size and text', () => {
    const query = (values: Partial<SearchPageDto>) => pageRequest(Object.assign(new SearchPageDto(), values));
    expect(query({})).toEqual({ page: 1, per: 50, skip: 0, term: undefined });
    expect(query({ page: 3, limit: 20, search: 'a' })).toEqual({ page: 3, per: 20, skip: 40, term: 'a' });
    expect(query({ page: 2, per: 10, limit: 20, q: '' })).toEqual({ page: 2, per: 10, skip: 10, term: undefined });
  });

  it('takes wildcards literally', () => {
    expect(containing('50%_\\')).toBe('%50\\%\\_\\\\%');
    expect(containsText('50%_')).toEqual({ contains: '50\\%\\_', mode: 'insensitive' });
  });

  it.each([
    ['abcd', ['abcd0000-0000-0000-0000-000000000000', 'abcdffff-ffff-ffff-ffff-ffffffffffff']],
    ['ABCD1234-56', ['abcd1234-5600-0000-0000-000000000000', 'abcd1234-56ff-ffff-ffff-ffffffffffff']],
    ['abc', undefined],
    ['lobby', undefined],
  ])('reads %s as the beginning of a UUID', (text, range) => {
    expect(uuidRange(text)).toEqual(range);
  });
});
