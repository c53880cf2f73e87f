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

// The standard library includes this JSON package from Go 1.27 on. Before that,
// encoding/json ignores the case of field names and accepts duplicates.
var (
	// ignoringUnknown accepts duplicates of unknown fields, which are ignored
	// anyway. [once] rejects duplicates of known fields.
	ignoringUnknown = jsontext.AllowDuplicateNames(true)
	// lenient is for error messages, and for checking whether a body is
	// complete.
	lenient = json.JoinOptions(ignoringUnknown, jsontext.AllowInvalidUTF8(true))
)

// problem describes what is wrong with a value, for [ShapeError]. It never
// includes the value.
type problem string

func (p problem) Error() string { return string(p) }

// errTokenReturned means that a value contains the API token.
var errTokenReturned = errors.New("contains the API token")

// once is a field that rejects duplicates, since the client cannot know which of
// them is meant.
type once[T any] struct {
	value       T
	there, null bool
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (o *once[T]) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	if o.there {
		return problem("appears twice")
	}
	o.there, o.null = true, decoder.PeekKind() == jsontext.KindNull
	if o.null {
		return decoder.SkipValue()
	}
	return json.UnmarshalDecode(decoder, &o.value)
}

// pointer returns a copy of the value, or nil if it is null or missing.
func (o *once[T]) pointer() *T {
	if !o.there || o.null {
		return nil
	}
	return new(o.value)
}

// slug is text. An older platform sends an integer, which becomes decimal text.
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

// isJSON reports whether a body is meant to be JSON, whatever its content type
// says. A web page or an empty body is not.
func isJSON(body []byte) bool {
	kind := jsontext.Value(body).Kind()
	return kind == jsontext.KindBeginObject || kind == jsontext.KindBeginArray || jsontext.Value(body).IsValid()
}

// isEmptyObject reports whether a JSON value is an object without members.
func isEmptyObject(value jsontext.Value) bool {
	return value.Kind() == jsontext.KindBeginObject && len(bytes.TrimSpace(value[1:len(value)-1])) == 0
}

// shapeError converts the error from decoding a body, or the part of it at
// within. The JSON package's own error texts would include the value.
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

// place formats a JSON pointer as the API's documentation does, such as
// data[3].id.
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
