// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// pageSize is the most that the platform's paginator returns at once.
	pageSize = 100
	// maxPages bounds how often a list is asked for.
	maxPages = 1000
	// maxElements bounds a list, paged or not. It keeps what a plan needs for it
	// below a gigabyte, and is a thousand times what organizations have.
	maxElements = maxPages * pageSize
)

// endpoint is a list endpoint of the API.
type endpoint[E any] struct {
	path string
	// id returns what identifies an element.
	id func(E) int64
}

// list reads the whole list of an endpoint, a page a step: in one request,
// unless the response says that there is more.
type list[E any] struct {
	requester *requester
	endpoint  endpoint[E]
	url       *url.URL
	budget    int64 // bytes that may still be read
	total     int   // over all pages, once the first response has said so
	page      int   // the next to read; 0 asks for no page in particular
	elements  []E
	seen      map[int64]bool // by id
}

func newList[E any](r *requester, e endpoint[E]) *list[E] {
	return &list[E]{requester: r, endpoint: e, url: r.url(e.path), budget: maxBytes, seen: map[int64]bool{}}
}

// next makes one attempt at the next request. It returns the elements once the
// list is whole.
func (l *list[E]) next(ctx context.Context, attempt attempt) (elements []E, whole bool, err error) {
	received, err := l.requester.get(ctx, attempt, l.pageURL(), l.budget)
	if err != nil {
		return nil, false, err
	}
	page, total, err := l.parse(received)
	if err != nil {
		return nil, false, err
	}
	l.budget -= int64(len(received.body))
	if l.page == 0 {
		whole, err = l.addFirst(page, total)
	} else {
		whole, err = l.addPage(page, total)
	}
	if err != nil || !whole {
		return nil, false, err
	}
	slices.SortFunc(l.elements, func(a, b E) int { return cmp.Compare(l.endpoint.id(a), l.endpoint.id(b)) })
	return l.elements, true, nil
}

// pageURL returns the URL of the next page.
func (l *list[E]) pageURL() *url.URL {
	if l.page == 0 {
		return l.url
	}
	address := *l.url
	address.RawQuery = url.Values{"page": {strconv.Itoa(l.page)}, "page_size": {strconv.Itoa(pageSize)}}.Encode()
	return &address
}

// addFirst takes the first response: the whole list, or the reason to read it
// again page by page.
func (l *list[E]) addFirst(elements []E, total *int64) (whole bool, err error) {
	l.elements = elements
	switch {
	case total == nil || *total == int64(len(elements)):
		return true, nil
	case *total < 0:
		return false, &ShapeError{Place: "count", Problem: "is negative"}
	case *total > maxElements:
		return false, tooManyElements()
	case *total < int64(len(elements)):
		return false, &IncompleteError{Received: len(elements), Total: int(*total)}
	}
	l.elements, l.total, l.page = nil, int(*total), 1
	return false, nil
}

// addPage adds a page. If the total changes on the way, the pages no longer fit
// together: an element may have slipped from a page to come into one that was
// read.
func (l *list[E]) addPage(elements []E, total *int64) (whole bool, err error) {
	before := len(l.elements)
	for _, element := range elements {
		if id := l.endpoint.id(element); !l.seen[id] {
			l.seen[id] = true
			l.elements = append(l.elements, element)
		}
	}
	l.page++
	switch received := len(l.elements); {
	case total == nil || *total != int64(l.total) || received > l.total || received == before:
		return false, &IncompleteError{Received: received, Total: l.total}
	case received == l.total:
		return true, nil
	case l.page > maxPages:
		return false, &TooLargeError{Limit: fmt.Sprintf("%d pages", maxPages)}
	}
	return false, nil
}

// envelope is what the platform puts around every response.
type envelope struct {
	// StatusCode repeats the HTTP status, or contradicts it.
	StatusCode once[int64] `json:"status_code"`
	// Count is the paginator's total.
	Count once[int64]          `json:"count"`
	Data  once[jsontext.Value] `json:"data"`
}

// parse returns the elements of a response and the total that it announces, nil
// if it announces none. Only a response that succeeded by its HTTP status and by
// its body has elements; the platform's 206 is an error.
func (l *list[E]) parse(received response) (elements []E, total *int64, err error) {
	switch {
	case received.status != http.StatusOK:
		return nil, nil, l.requester.statusError(received, received.status)
	case !isJSON(received.body):
		return nil, nil, &NotJSONError{BodyType: l.requester.bodyType(received)}
	}
	var contents envelope
	if err := json.Unmarshal(received.body, &contents, l.requester.decoding); err != nil {
		return nil, nil, shapeError("", err)
	}
	if status := contents.StatusCode.pointer(); status != nil && *status != http.StatusOK {
		return nil, nil, l.requester.statusError(received, int(*status))
	}
	elements, err = l.parseData(contents.Data)
	return elements, contents.Count.pointer(), err
}

// parseData reads the elements of an envelope: a list, or the empty object that
// the platform sends for an empty one.
func (l *list[E]) parseData(data once[jsontext.Value]) ([]E, error) {
	switch {
	case !data.there:
		return nil, &ShapeError{Place: "data", Problem: "is missing"}
	case !data.null && isEmptyObject(data.value):
		return nil, nil
	case data.null || data.value.Kind() != jsontext.KindBeginArray:
		return nil, &ShapeError{Place: "data", Problem: "is not a list"}
	}
	var (
		elements []E
		element  E
		seen     = map[int64]bool{}
	)
	decoder := jsontext.NewDecoder(bytes.NewBuffer(data.value), ignoringUnknown)
	_, _ = decoder.ReadToken() // It is a list, and whole.
	for decoder.PeekKind() != jsontext.KindEndArray {
		element = *new(E)
		if err := json.UnmarshalDecode(decoder, &element, l.requester.decoding); err != nil {
			return nil, shapeError("/data", err)
		}
		id := l.endpoint.id(element)
		switch {
		case seen[id]:
			return nil, &ShapeError{Place: fmt.Sprintf("data[%d]", len(elements)), Problem: "repeats the id of an element before it"}
		case len(elements) == maxElements:
			return nil, tooManyElements()
		}
		seen[id] = true
		elements = append(elements, element)
	}
	return elements, nil
}

func tooManyElements() *TooLargeError {
	return &TooLargeError{Limit: fmt.Sprintf("%d elements", maxElements)}
}
