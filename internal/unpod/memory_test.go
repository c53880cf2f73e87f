// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// filled returns a body that repeats a part.
func filled(before, part, after string) string {
	return before + strings.Repeat(part, (maxBytes-len(before+after))/len(part)) + after
}

// numbered returns a body that repeats a part with a number in it.
func numbered(before, part, after string) string {
	body := append(make([]byte, 0, maxBytes), before...)
	head, tail, _ := strings.Cut(part, "#")
	for i := int64(0); len(body) < maxBytes-40; i++ {
		body = append(strconv.AppendInt(append(body, head...), i, 10), tail...)
	}
	return string(append(body, after...))
}

// TestMemory_isBounded gets responses of 10 GB, and bodies of the maximum size
// that would need far more memory if they were decoded or sanitized whole. Each
// runs in its own process to measure that.
func TestMemory_isBounded(t *testing.T) {
	t.Parallel()
	const (
		most                 = 150 << 20
		large, status, shape = "*unpod.TooLargeError", "*unpod.StatusError", "*unpod.ShapeError"
		failed               = `{"status_code":500,"data":[],"message":`
		grows                = "\U0001d160" // Normalized, it is three times as long.
	)
	for name, test := range map[string]struct {
		status   int
		body     func() string
		times    int // how often the compressed body is sent
		wantKind string
	}{
		"endless":                            {200, func() string { return strings.Repeat(" ", 1<<20) }, 10 << 10, large},
		"endless error":                      {403, func() string { return strings.Repeat(" ", 1<<20) }, 10 << 10, status},
		"small elements":                     {200, func() string { return numbered(`{"data":[{"id":-1}`, `,{"id":#}`, `]}`) }, 1, large},
		"nested":                             {200, func() string { return filled(`{"more":`, "[", `}`) }, 1, shape},
		"many members":                       {200, func() string { return numbered(`{"data":[{"id":"1"`, `,"#":0`, `}]}`) }, 1, shape},
		"long text":                          {200, func() string { return filled(`{"data":[{"id":"1","provider":"`, "\\u00e9", `"}]}`) }, 1, shape},
		"long message":                       {403, func() string { return filled(`{"message":"`, "\u00e9", `"}`) }, 1, status},
		"field errors":                       {400, func() string { return filled(`{"errors":[`, `"a",`, `"a"]}`) }, 1, status},
		"message of numbers":                 {200, func() string { return filled(failed+`[`, "1,", `1]}`) }, 1, status},
		"message of empty lists":             {200, func() string { return filled(failed+`[`, "[],", `1]}`) }, 1, status},
		"message of texts":                   {200, func() string { return filled(failed+`[`, `"a",`, `1]}`) }, 1, status},
		"message of fields":                  {200, func() string { return numbered(failed+`{"":0`, `,"#":[1]`, `}}`) }, 1, status},
		"message that grows when normalized": {200, func() string { return filled(failed+`"`, grows, `"}`) }, 1, status},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startAPI(t)
			body, encoding := test.body(), "identity" // Compressing all of them would take long.
			if test.times > 1 {
				body, encoding = gzipped(body), "gzip"
			}
			server.AnswerAlways(func(w http.ResponseWriter, r *http.Request) {
				unpodtest.Header("Content-Encoding", encoding, unpodtest.JSON(test.status, body))(w, r)
				for range test.times - 1 {
					if _, err := io.WriteString(w, body); err != nil {
						return
					}
				}
			})
			report := runChild(t, childOrder{BaseURL: server.URL})
			if report.Kind != test.wantKind || report.MemoryBytes > most {
				t.Errorf("got %s and %d MiB of memory, want a %s and at most %d MiB", report.Kind, report.MemoryBytes>>20, test.wantKind, most>>20)
			}
			t.Logf("%d MiB, %s of CPU time", report.MemoryBytes>>20, report.CPU)
		})
	}
}

// TestBody_limitIsExact pins the limit to the byte, with a limit that is quick
// to reach. It holds for all pages together.
func TestBody_limitIsExact(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, serve(unpodtest.JSON(http.StatusOK, oneConfiguration)))
	if got := newList(client.requester(), providerConfigurations).budget; got != maxBytes {
		t.Errorf("got a list of up to %d bytes, want %d", got, maxBytes)
	}
	if _, err := client.readAlone(t.Context(), int64(len(oneConfiguration))); err != nil {
		t.Errorf("got error %v at the limit, want none", err)
	}
	_, err := client.readAlone(t.Context(), int64(len(oneConfiguration))-1)
	wantSame(t, err, errTooLarge)

	pages := []http.HandlerFunc{listOf("3", 1), listOf("3", 1), listOf("3", 2), listOf("3", 3)} // 47 bytes each
	_, err = fakeClient(t, serve(inTurn(pages...))).readAlone(t.Context(), 4*47)
	wantSame(t, err, nil)
	_, err = fakeClient(t, serve(inTurn(pages...))).readAlone(t.Context(), 4*47-1)
	wantSame(t, err, errTooLarge)
}
