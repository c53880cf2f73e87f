// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

func TestPages(t *testing.T) {
	t.Parallel()
	for n, wantRequests := range map[int]int{0: 1, 9: 1, 10: 1, 11: 2, 100: 2, 101: 3, 200: 3, 250: 4} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			server := startAPI(t, configurations(n)...)
			server.Set(func(s *unpodtest.Settings) { s.Pages = true })
			want := make([]int64, n)
			for i := range want {
				want[i] = int64(i + 1)
			}
			wantIDs(t, read(t, New(testOptions(t, server.URL))), want...)

			var queries, wantQueries []string
			for i, request := range server.Requests() {
				queries = append(queries, request.Query.Encode())
				wantHeaders(t, server.Requests()[i].Header)
			}
			for page := range wantRequests {
				wantQueries = append(wantQueries, fmt.Sprintf("page=%d&page_size=100", page))
			}
			wantQueries[0] = "" // The first request has no page.
			if !reflect.DeepEqual(queries, wantQueries) {
				t.Errorf("got queries %q, want %q", queries, wantQueries)
			}
		})
	}
}

var pageTests = map[string]struct {
	pages        []http.HandlerFunc // the last one repeats
	wantIDs      []int64
	wantErr      error
	wantRequests int
}{
	"no count":       {pages: []http.HandlerFunc{listOf("", 3, 1, 2)}, wantIDs: []int64{1, 2, 3}, wantRequests: 1},
	"count null":     {pages: []http.HandlerFunc{listOf("null", 1, 2)}, wantIDs: []int64{1, 2}, wantRequests: 1},
	"count matches":  {pages: []http.HandlerFunc{listOf("2", 2, 1)}, wantIDs: []int64{1, 2}, wantRequests: 1},
	"count 0":        {pages: []http.HandlerFunc{listOf("0", 1, 2)}, wantErr: &IncompleteError{2, 0}, wantRequests: 1},
	"count negative": {pages: []http.HandlerFunc{listOf("-1", 1, 2)}, wantErr: &ShapeError{"count", "is negative"}, wantRequests: 1},
	"count negative, no elements": {
		pages: []http.HandlerFunc{listOf("-1")}, wantErr: &ShapeError{"count", "is negative"}, wantRequests: 1,
	},
	"count too small": {pages: []http.HandlerFunc{listOf("1", 1, 2)}, wantErr: &IncompleteError{2, 1}, wantRequests: 1},
	"count huge": {
		pages: []http.HandlerFunc{listOf("9223372036854775807", 1, 2)}, wantErr: &TooLargeError{"100000 elements"}, wantRequests: 1,
	},
	"count beyond int64": {
		pages:   []http.HandlerFunc{listOf("9223372036854775808", 1)},
		wantErr: &ShapeError{"count", "is not a 64-bit integer"}, wantRequests: 1,
	},
	"page number ignored": {pages: []http.HandlerFunc{listOf("4", 1, 2)}, wantErr: &IncompleteError{2, 4}, wantRequests: 3},
	"repeated page": {
		pages:   []http.HandlerFunc{listOf("6", 1), listOf("6", 1, 2), listOf("6", 3, 4), listOf("6", 1, 2)},
		wantErr: &IncompleteError{4, 6}, wantRequests: 4,
	},
	"overlapping pages": {
		pages:   []http.HandlerFunc{listOf("3", 1), listOf("3", 1, 2), listOf("3", 3, 2)},
		wantIDs: []int64{1, 2, 3}, wantRequests: 3,
	},
	"total grows": {
		pages:   []http.HandlerFunc{listOf("4", 1), listOf("4", 1, 2), listOf("5", 3)},
		wantErr: &IncompleteError{3, 4}, wantRequests: 3,
	},
	"total shrinks": {
		pages:   []http.HandlerFunc{listOf("4", 1), listOf("4", 1, 2), listOf("3", 3)},
		wantErr: &IncompleteError{3, 4}, wantRequests: 3,
	},
	"total shrinks on the first page": {
		pages:   []http.HandlerFunc{listOf("4", 1), listOf("2", 1, 2)},
		wantErr: &IncompleteError{2, 4}, wantRequests: 2,
	},
	"total disappears": {
		pages:   []http.HandlerFunc{listOf("4", 1), listOf("4", 1, 2), listOf("", 3)},
		wantErr: &IncompleteError{3, 4}, wantRequests: 3,
	},
	"more than the total": {
		pages:   []http.HandlerFunc{listOf("2", 1), listOf("2", 1, 2, 3)},
		wantErr: &IncompleteError{3, 2}, wantRequests: 2,
	},
	"empty page too early": {
		pages:   []http.HandlerFunc{listOf("4", 1), listOf("4", 1, 2), listOf("4")},
		wantErr: &IncompleteError{2, 4}, wantRequests: 3,
	},
	"total over the limit": {
		pages:   []http.HandlerFunc{listOf("100001", 1)},
		wantErr: &TooLargeError{"100000 elements"}, wantRequests: 1,
	},
	"empty first page": {pages: []http.HandlerFunc{listOf("4")}, wantErr: &IncompleteError{0, 4}, wantRequests: 2},
	"empty object too early": {
		pages:   []http.HandlerFunc{listOf("4", 1), listOf("4", 1), unpodtest.JSON(http.StatusOK, `{"count":4,"data":{}}`)},
		wantErr: &IncompleteError{1, 4}, wantRequests: 3,
	},
	"forbidden page": {
		pages: []http.HandlerFunc{listOf("4", 1), listOf("4", 1, 2), unpodtest.JSON(http.StatusForbidden, `{"message":"No."}`)},
		wantErr: &StatusError{
			HTTPStatus: http.StatusForbidden, Status: http.StatusForbidden, Message: "No.", BodyType: jsonBody,
		},
		wantRequests: 3,
	},
	"duplicate id in a page": {
		pages:   []http.HandlerFunc{listOf("4", 1), listOf("4", 1, 2, 2)},
		wantErr: &ShapeError{"data[2]", "has the same id as an earlier element"}, wantRequests: 2,
	},
}

func TestPages_inconsistent(t *testing.T) {
	t.Parallel()
	for name, test := range pageTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked record
			client := fakeClient(t, asked.of(serve(sequence(test.pages...))))
			if test.wantErr != nil {
				failed := wantFailure(t, client, test.wantErr)
				wantAttempts(t, failed, 1) // Those of the last page.
				if last := asked.requestIDs[len(asked.requestIDs)-1]; failed.RequestID != last {
					t.Errorf("got request ID %s, want %s, that of the last page", failed.RequestID, last)
				}
			} else {
				wantIDs(t, read(t, client), test.wantIDs...)
			}
			if len(asked.times) != test.wantRequests {
				t.Errorf("got %d requests, want %d", len(asked.times), test.wantRequests)
			}
		})
	}
}

// TestPages_areLimited reads from a server whose list never ends.
func TestPages_areLimited(t *testing.T) {
	t.Parallel()
	var asked record
	next := 0
	client := fakeClient(t, asked.of(serve(func(w http.ResponseWriter, r *http.Request) {
		next++
		listOf("100000", next)(w, r)
	})))
	wantAttempts(t, wantFailure(t, client, &TooLargeError{"1000 pages"}), 1)
	if want := 1 + maxPages; len(asked.times) != want {
		t.Errorf("got %d requests, want %d: the first one and the pages", len(asked.times), want)
	}
}

// TestPages_shareTheSizeLimit checks that all pages together stay within the
// size limit.
func TestPages_shareTheSizeLimit(t *testing.T) {
	t.Parallel()
	var asked record
	next := 0
	client := fakeClient(t, asked.of(serve(func(w http.ResponseWriter, r *http.Request) {
		next++
		listOf("100000", next)(w, r)
	})))
	_, err := readWithin(t.Context(), client, 200) // Three pages have about 150 bytes.
	wantSame(t, err, &TooLargeError{"16 MiB"})
	if len(asked.times) != 4 {
		t.Errorf("got %d requests, want 4", len(asked.times))
	}
}

// TestList_rejectsToken reads from a server that returns the token in a field
// that goes into state.
func TestList_rejectsToken(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"provider", "account_sid", "created_at"} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			body := fmt.Sprintf(`{"data":[{"id":1},{"id":2,%q:"Token %s"}]}`, field, canary)
			client := fakeClient(t, serve(unpodtest.JSON(http.StatusOK, body)))
			failed := wantFailure(t, client, &TokenReturnedError{"data[1]." + field})
			wantNoCanary(t, failed.Error())
		})
	}
}

// TestList_rejectsTokenBeforeCombiningMark has a combining mark after the token,
// which NFC merges into the last letter.
func TestList_rejectsTokenBeforeCombiningMark(t *testing.T) {
	t.Parallel()
	const secret = "canary-abcdefghijklmnop-e"
	token, err := ParseToken(secret)
	if err != nil {
		t.Fatal(err)
	}
	client := fakeClient(t, serve(unpodtest.JSON(http.StatusOK, `{"data":[{"id":1,"provider":"`+secret+"\u0301"+`"}]}`)),
		func(options *Options) { options.Token = token })
	wantAttempts(t, wantFailure(t, client, &TokenReturnedError{"data[0].provider"}), 1)
	if got := client.requester().secrets.sanitize("No: " + secret + "\u0301"); strings.Contains(got, secret[:len(secret)-1]) {
		t.Errorf("got %q, want the token redacted", got)
	}
}

// TestList_allowsShortToken has a token so short that ordinary text may contain it.
func TestList_allowsShortToken(t *testing.T) {
	t.Parallel()
	for token, wantErr := range map[string]error{"twilio1": nil, "twilio12": &TokenReturnedError{"data[0].provider"}} {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			answer := unpodtest.JSON(http.StatusOK, `{"data":[{"id":1,"provider":"my-twilio123"}]}`)
			parsed, err := ParseToken(token)
			if err != nil {
				t.Fatal(err)
			}
			client := fakeClient(t, serve(answer), func(options *Options) { options.Token = parsed })
			if wantErr == nil {
				wantIDs(t, read(t, client), 1)
				return
			}
			wantAttempts(t, wantFailure(t, client, wantErr), 1)
		})
	}
}
