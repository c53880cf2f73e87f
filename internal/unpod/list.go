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
	// pageSize is the platform's maximum page size.
	pageSize = 100
	// maxPages caps the number of pages of a list.
	maxPages = 1000
	// maxElements caps the length of a list, paged or not. A plan with that many
	// needs less than a gigabyte, and organizations have far fewer.
	maxElements = maxPages * pageSize
)

var errTooManyElements = &TooLargeError{Limit: fmt.Sprintf("%d elements", maxElements)}

// endpoint is a list endpoint of the API.
type endpoint[E any] struct {
	path string
	// otherPath is the path on platforms that do not have path, empty if there is
	// none.
	otherPath string
	// id returns the ID of an element.
	id func(E) int64
}

// list reads a whole list from an endpoint: in one request, or page by page if
// the first response says that there is more.
type list[E any] struct {
	requester *requester
	endpoint  endpoint[E]
	url       *url.URL
	missing   string // the path that the platform does not have, if url has the other
	budget    int64  // remaining bytes
	total     int    // announced by the first response
	page      int    // next page to request; 0 sends no page number
	elements  []E
	seen      map[int64]bool // by id
}

func newList[E any](r *requester, e endpoint[E]) *list[E] {
	return &list[E]{requester: r, endpoint: e, url: r.url(e.path), budget: maxBytes, seen: map[int64]bool{}}
}

// next makes an attempt at the next request. It returns the elements once the
// list is complete.
func (l *list[E]) next(ctx context.Context, made attempt) (elements []E, whole bool, err error) {
	received, err := l.requester.get(ctx, made, l.pageURL(), l.budget)
	if err != nil {
		return nil, false, err
	}
	if l.tryOtherPath(received) {
		return nil, false, nil
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

// joinable reports whether no response is part of the result yet.
func (l *list[E]) joinable() bool { return l.page == 0 && l.missing == "" }

// tryOtherPath switches to the other path if the platform does not have the first. A
// 404 with a message comes from the endpoint itself.
func (l *list[E]) tryOtherPath(received response) bool {
	if received.status != http.StatusNotFound || hasMessage(received.body) || l.endpoint.otherPath == "" || !l.joinable() {
		return false
	}
	l.missing, l.url = l.url.Path, l.requester.url(l.endpoint.otherPath)
	return true
}

// pageURL returns the URL of the next request.
func (l *list[E]) pageURL() *url.URL {
	if l.page == 0 {
		return l.url
	}
	address := *l.url
	address.RawQuery = url.Values{"page": {strconv.Itoa(l.page)}, "page_size": {strconv.Itoa(pageSize)}}.Encode()
	return &address
}

// addFirst adds the first response. If that is not the whole list, the list is
// read again page by page, without these elements: the first response has the
// platform's default page size, so none of the following pages continues it.
func (l *list[E]) addFirst(elements []E, total *int64) (whole bool, err error) {
	l.elements = elements
	switch {
	case total == nil || *total == int64(len(elements)):
		return true, nil
	case *total < 0:
		return false, &ShapeError{Place: "count", Problem: "is negative"}
	case *total > maxElements:
		return false, errTooManyElements
	case *total < int64(len(elements)):
		return false, &IncompleteError{Received: len(elements), Total: int(*total)}
	}
	l.elements, l.total, l.page = nil, int(*total), 1
	return false, nil
}

// addPage adds a page. If the total changes on the way, an element may have
// moved to a page that was already read, so the list is incomplete.
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

// envelope is the object that the platform wraps every response in.
type envelope struct {
	// StatusCode repeats the HTTP status or contradicts it.
	StatusCode once[int64] `json:"status_code"`
	// Count is the paginator's total.
	Count once[int64]          `json:"count"`
	Data  once[jsontext.Value] `json:"data"`
}

// parse returns the elements of a response and the total, nil if there is none.
// Both the HTTP status and the body must say 200: the platform's 206 is an
// error.
func (l *list[E]) parse(received response) (elements []E, total *int64, err error) {
	switch {
	case received.status != http.StatusOK:
		failed := l.requester.statusError(received, received.status)
		failed.MissingPath = l.missing
		return nil, nil, failed
	case !isJSON(received.body):
		return nil, nil, &NotJSONError{BodyType: l.requester.bodyType(received)}
	}
	var contents envelope
	if err := json.Unmarshal(received.body, &contents, l.requester.decoding); err != nil {
		return nil, nil, shapeError("", err)
	}
	if status := contents.StatusCode.value; status != nil && *status != http.StatusOK {
		return nil, nil, l.requester.statusError(received, int(*status))
	}
	elements, err = l.parseData(contents.Data)
	return elements, contents.Count.value, err
}

// parseData decodes the data of an envelope: a list, or the empty object that
// the platform sends for an empty list.
func (l *list[E]) parseData(data once[jsontext.Value]) ([]E, error) {
	switch {
	case !data.there:
		return nil, &ShapeError{Place: "data", Problem: "is missing"}
	case data.value != nil && isEmptyObject(*data.value):
		return nil, nil
	case data.value == nil || data.value.Kind() != jsontext.KindBeginArray:
		return nil, &ShapeError{Place: "data", Problem: "is not an array"}
	}
	var (
		elements []E
		element  E
		seen     = map[int64]bool{}
	)
	decoder := jsontext.NewDecoder(bytes.NewBuffer(*data.value))
	_, _ = decoder.ReadToken() // It is a complete list.
	for decoder.PeekKind() != jsontext.KindEndArray {
		element = *new(E)
		if err := json.UnmarshalDecode(decoder, &element, l.requester.decoding); err != nil {
			return nil, shapeError("/data", err)
		}
		id := l.endpoint.id(element)
		switch {
		case seen[id]:
			return nil, &ShapeError{Place: fmt.Sprintf("data[%d]", len(elements)), Problem: "has the same id as an earlier element"}
		case len(elements) == maxElements:
			return nil, errTooManyElements
		}
		seen[id] = true
		elements = append(elements, element)
	}
	return elements, nil
}
