// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxNesting bounds how deep a body nests: many times what the platform's
	// does, and little enough that reading it costs no stack to speak of.
	maxNesting = 64
	// maxValues bounds how many values a body has, as a body of small ones takes
	// many times its own size once it is read: enough for as many configurations
	// as may be, with the documented fields.
	maxValues = 5 * maxConfigurations
)

// The JSON package is what the standard library has from Go 1.27 on. The one it
// has until then takes ID for id, and the last of two fields of one name.
var (
	// ignoringUnknown lets an unknown field be there as often as it likes, since
	// it is ignored. Of the known ones, [once] takes care.
	ignoringUnknown = jsontext.AllowDuplicateNames(true)
	// lenient is for a body of which nothing but the message, or whether it is
	// whole, is wanted.
	lenient = json.JoinOptions(ignoringUnknown, jsontext.AllowInvalidUTF8(true))
)

// envelope is what the platform puts around every answer.
type envelope struct {
	// StatusCode repeats the HTTP status, or contradicts it.
	StatusCode once[int] `json:"status_code"`
	// Count is the paginator's total.
	Count once[int64]          `json:"count"`
	Data  once[jsontext.Value] `json:"data"`
}

// once is a field that is in its object once at most: which of several is meant
// is not ours to guess.
type once[T any] struct {
	value *T // nil where it is null, or not there
	there bool
}

var errTwice = errors.New("is there twice")

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (o *once[T]) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	if o.there {
		return errTwice
	}
	o.there = true
	return json.UnmarshalDecode(decoder, &o.value)
}

// parseEnvelope takes the envelope off an answer that is a success in both its
// status and its body. Anything else is an error, the platform's 206 too.
func (c *call) parseEnvelope(answer answer) (envelope, error) {
	if answer.status != http.StatusOK {
		return envelope{}, c.statusError(answer, answer.status)
	}
	if !isJSON(answer.body) {
		return envelope{}, &NotJSONError{BodyType: c.bodyType(answer)}
	}
	if err := checkSize(answer.body); err != nil {
		return envelope{}, err
	}
	var contents envelope
	if err := json.Unmarshal(answer.body, &contents, ignoringUnknown); err != nil {
		return envelope{}, shapeError("", err)
	}
	if status := contents.StatusCode.value; status != nil && *status != http.StatusOK {
		return envelope{}, c.statusError(answer, *status)
	}
	return contents, nil
}

// isJSON says whether a body was meant to be JSON, whatever its content type
// says. A web page is not, nor is nothing at all.
func isJSON(body []byte) bool {
	kind := jsontext.Value(body).Kind()
	return kind == jsontext.KindBeginObject || kind == jsontext.KindBeginArray || jsontext.Value(body).IsValid()
}

// checkSize bounds what reading a body costs, beyond its bytes. It counts the
// brackets that are open at once, and the commas. It need not know whether the
// body is JSON.
func checkSize(body []byte) error {
	depth, commas, quoted := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch character := body[i]; {
		case quoted && character == '\\':
			i++
		case character == '"':
			quoted = !quoted
		case quoted:
		case character == '[' || character == '{':
			depth++
		case character == ']' || character == '}':
			depth--
		case character == ',':
			commas++
		}
		if depth > maxNesting {
			return &TooLargeError{Limit: fmt.Sprintf("%d levels of nesting", maxNesting)}
		}
		if commas >= maxValues {
			return &TooLargeError{Limit: fmt.Sprintf("%d values", maxValues)}
		}
	}
	return nil
}

// statusError keeps what an answer that is an error says. Its body may be of
// any shape, and break off, as long as the message can be found.
func (c *call) statusError(answer answer, status int) *StatusError {
	var contents struct {
		Message jsontext.Value `json:"message"`
	}
	var message string
	// A message that cannot be found, or is no text, is an empty one.
	_ = json.Unmarshal(answer.body, &contents, lenient)
	_ = json.Unmarshal(contents.Message, &message, lenient)
	return &StatusError{
		HTTPStatus: answer.status,
		Status:     status,
		Message:    c.client.safe(message),
		BodyType:   c.bodyType(answer),
		RetryAfter: retryAfter(answer.header),
	}
}

// bodyType returns the type of an answer's body.
func (c *call) bodyType(answer answer) BodyType {
	mediaType, _, _ := strings.Cut(answer.header.Get("Content-Type"), ";")
	return BodyType{Empty: len(answer.body) == 0, MediaType: c.client.safe(mediaType)}
}

// parseProviderConfigurations reads the envelope's data: a list, or the empty
// object that the platform sends in place of an empty list.
func parseProviderConfigurations(data once[jsontext.Value]) ([]ProviderConfiguration, error) {
	switch {
	case !data.there:
		return nil, &ShapeError{Place: "data", Problem: "is missing"}
	case data.value != nil && isEmptyObject(*data.value):
		return nil, nil
	case data.value == nil || data.value.Kind() != jsontext.KindBeginArray:
		return nil, &ShapeError{Place: "data", Problem: "is not a list"}
	}
	var elements []struct {
		ID         once[int64]  `json:"id"`
		Provider   once[string] `json:"provider"`
		AccountSID once[string] `json:"account_sid"`
		CreatedAt  once[string] `json:"created_at"`
	}
	if err := json.Unmarshal(*data.value, &elements, ignoringUnknown); err != nil {
		return nil, shapeError("/data", err)
	}
	if len(elements) > maxConfigurations {
		return nil, tooMany()
	}
	seen := make(map[int64]bool, len(elements))
	configurations := make([]ProviderConfiguration, len(elements))
	for i, element := range elements {
		id := element.ID.value
		if id == nil {
			return nil, &ShapeError{Place: fmt.Sprintf("data[%d].id", i), Problem: "is missing"}
		}
		if seen[*id] {
			return nil, &ShapeError{Place: fmt.Sprintf("data[%d].id", i), Problem: "repeats the id of an element before it"}
		}
		seen[*id] = true
		configurations[i] = ProviderConfiguration{*id, element.Provider.value, element.AccountSID.value, element.CreatedAt.value}
	}
	return configurations, nil
}

// isEmptyObject says whether a JSON value is an object without members.
func isEmptyObject(value jsontext.Value) bool {
	return value.Kind() == jsontext.KindBeginObject && len(bytes.TrimSpace(value[1:len(value)-1])) == 0
}

// shapeError says where a body, or the part of it that within points to, is not
// of its shape. It is built from what was expected there, since the text of the
// JSON package's own errors shows the value.
func shapeError(within jsontext.Pointer, err error) *ShapeError {
	mismatch, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return &ShapeError{Place: "the body", Problem: "is not valid JSON"}
	}
	place := place(within + mismatch.JSONPointer)
	if errors.Is(err, errTwice) {
		return &ShapeError{Place: place, Problem: errTwice.Error()}
	}
	switch mismatch.GoType.Kind() {
	case reflect.String:
		return &ShapeError{Place: place, Problem: "is not a string"}
	case reflect.Int, reflect.Int64:
		return &ShapeError{Place: place, Problem: "is not a whole number of 64 bits"}
	default:
		return &ShapeError{Place: place, Problem: "is not an object"}
	}
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
