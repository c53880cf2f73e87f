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

// lenient accepts what does not matter in fields that are ignored: duplicate
// names and invalid Unicode. Known fields are checked where they are decoded.
//
// The standard library includes this JSON package from Go 1.27 on. Before that,
// encoding/json ignores the case of field names.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// problem describes what is wrong with a value, for [ShapeError]. It never
// includes the value.
type problem string

func (p problem) Error() string { return string(p) }

// once is a field that rejects duplicates, since the client cannot know which of
// them is meant.
type once[T any] struct {
	there bool
	value *T // nil if it is null or missing
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (o *once[T]) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	if o.there {
		return problem("appears twice")
	}
	o.there = true
	if decoder.PeekKind() == jsontext.KindNull {
		return decoder.SkipValue()
	}
	o.value = new(T)
	return json.UnmarshalDecode(decoder, o.value)
}

// detailsName is the name in a provider_details object, sanitized. It is empty if
// there is none.
type detailsName string

// owner is the handle of the organization that was asked for.
type owner string

// ownedBy is the org_handle of an element. Only an owner checks it.
type ownedBy struct{}

// check rejects an element of another organization or of none: some platforms list
// those to whoever names an unknown handle.
func (o owner) check(decoder *jsontext.Decoder, _ *ownedBy) error {
	value, err := decoder.ReadValue()
	if err != nil {
		return err
	}
	if kind := value.Kind(); kind != jsontext.KindString && kind != jsontext.KindNull {
		return problem("is not a string")
	}
	handle, err := jsontext.AppendUnquote(nil, value)
	if err != nil || len(handle) != len(o) || !strings.EqualFold(string(handle), string(o)) { // Equal lengths rule out other alphabets.
		return problem(OtherOrganization)
	}
	return nil
}

// slug is text. Some platforms send an integer, which becomes decimal text.
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
	where := place(within + mismatch.JSONPointer)
	if wrong, ok := errors.AsType[problem](err); ok {
		return &ShapeError{Place: where, Problem: string(wrong)}
	}
	return &ShapeError{Place: where, Problem: "is not an object"}
}

// place formats a JSON pointer as the API's documentation does, such as
// data[3].id.
func place(pointer jsontext.Pointer) string {
	var path strings.Builder
	for name := range pointer.Tokens() {
		switch _, err := strconv.ParseUint(name, 10, 0); {
		case err == nil:
			path.WriteString("[" + name + "]")
		case path.Len() > 0:
			path.WriteString("." + name)
		default:
			path.WriteString(name)
		}
	}
	return cmp.Or(path.String(), "the body")
}
