// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"cmp"
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The JSON package is the one that the standard library has from Go 1.27 on.
// Until then, encoding/json takes ID for id, and the last of two fields with one
// name.
var (
	// ignoringUnknown lets an unknown field repeat, since it is ignored. [once]
	// takes care of the known ones.
	ignoringUnknown = jsontext.AllowDuplicateNames(true)
	// lenient is for a body of which only the message is wanted, or whether it
	// is whole.
	lenient = json.JoinOptions(ignoringUnknown, jsontext.AllowInvalidUTF8(true))
)

// problem is what is wrong with a value, as [ShapeError] says it. It never
// shows the value.
type problem string

func (p problem) Error() string { return string(p) }

// errTokenReturned says that a value contains the API token.
var errTokenReturned = errors.New("contains the API token")

// once is a field that an object has once at most: which of two is meant is not
// ours to guess.
type once[T any] struct {
	value       T
	there, null bool
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (o *once[T]) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	if o.there {
		return problem("is there twice")
	}
	o.there, o.null = true, decoder.PeekKind() == jsontext.KindNull
	if o.null {
		return decoder.SkipValue()
	}
	return json.UnmarshalDecode(decoder, &o.value)
}

// pointer returns a copy of the value, nil if it is null or missing.
func (o *once[T]) pointer() *T {
	if !o.there || o.null {
		return nil
	}
	return new(o.value)
}

// slug is text or, from an older platform, an integer, which becomes its decimal
// text.
type slug string

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (s *slug) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	if decoder.PeekKind() != jsontext.KindNumber {
		return json.UnmarshalDecode(decoder, (*string)(s))
	}
	var number int64
	err := json.UnmarshalDecode(decoder, &number)
	*s = slug(strconv.FormatInt(number, 10))
	return err
}

// isJSON says whether a body was meant to be JSON, whatever its content type
// says. A web page is not, nor is an empty body.
func isJSON(body []byte) bool {
	kind := jsontext.Value(body).Kind()
	return kind == jsontext.KindBeginObject || kind == jsontext.KindBeginArray || jsontext.Value(body).IsValid()
}

// isEmptyObject says whether a JSON value is an object without members.
func isEmptyObject(value jsontext.Value) bool {
	return value.Kind() == jsontext.KindBeginObject && len(bytes.TrimSpace(value[1:len(value)-1])) == 0
}

// shapeError says where a body, or the part of it that within points to, has the
// wrong shape. The text of the JSON package's own errors would show the value.
func shapeError(within jsontext.Pointer, err error) error {
	mismatch, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return &ShapeError{Place: "the body", Problem: "is not valid JSON"}
	}
	place := place(within + mismatch.JSONPointer)
	if errors.Is(err, errTokenReturned) {
		return &TokenReturnedError{Place: place}
	}
	if wrong, ok := errors.AsType[problem](err); ok {
		return &ShapeError{Place: place, Problem: string(wrong)}
	}
	return &ShapeError{Place: place, Problem: "is not an object"}
}

// place writes a pointer to a known field as the API's documentation names it.
func place(pointer jsontext.Pointer) string {
	var place strings.Builder
	for name := range pointer.Tokens() {
		switch _, err := strconv.ParseUint(name, 10, 0); {
		case err == nil:
			place.WriteString("[" + name + "]")
		case place.Len() > 0:
			place.WriteString("." + name)
		default:
			place.WriteString(name)
		}
	}
	return cmp.Or(place.String(), "the body")
}
