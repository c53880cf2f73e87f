// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"
)

const (
	// maxNesting bounds how deep a body nests: many times what the platform's
	// does, and little enough that reading it costs no stack to speak of.
	maxNesting = 64
	// dataDepth is how deep the elements of data are.
	dataDepth = 2
)

// envelope is what the platform puts around every answer.
type envelope struct {
	// StatusCode repeats the HTTP status, or contradicts it.
	StatusCode *int
	// Count is the paginator's total.
	Count *int
	Data  json.RawMessage
}

// parseEnvelope takes the envelope off an answer that is a success in both its
// status and its body. Anything else is an error, the platform's 206 too.
func (c *call) parseEnvelope(answer answer) (envelope, error) {
	if answer.status != http.StatusOK {
		return envelope{}, c.statusError(answer, answer.status)
	}
	if !isJSON(answer.header) && !json.Valid(answer.body) {
		return envelope{}, &NotJSONError{ContentType: c.contentType(answer.header)}
	}
	if err := checkSize(answer.body); err != nil {
		return envelope{}, err
	}
	if !utf8.Valid(answer.body) { // Otherwise encoding/json would change what it can't read.
		return envelope{}, &ShapeError{Place: "the body", Problem: "is not valid UTF-8"}
	}
	contents, err := decodeEnvelope(answer.body)
	if err != nil {
		return envelope{}, err
	}
	if contents.StatusCode != nil && *contents.StatusCode != http.StatusOK {
		return envelope{}, c.statusError(answer, *contents.StatusCode)
	}
	return contents, nil
}

// decodeEnvelope reads the envelope's members by their exact names. Decoding it
// as a struct would take Data for data, and an empty one for the whole list.
func decodeEnvelope(body []byte) (envelope, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return envelope{}, shapeError("", err)
	}
	statusCode, err := decodeInteger(members, "status_code")
	if err != nil {
		return envelope{}, err
	}
	count, err := decodeInteger(members, "count")
	if err != nil {
		return envelope{}, err
	}
	return envelope{StatusCode: statusCode, Count: count, Data: members["data"]}, nil
}

// decodeInteger returns a member's value, nil where it is null or missing.
func decodeInteger(members map[string]json.RawMessage, name string) (value *int, _ error) {
	text, ok := members[name]
	if !ok {
		return nil, nil
	}
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, shapeError(name, err)
	}
	return value, nil
}

// checkSize bounds what reading a body costs, beyond its bytes: a body of small
// parts takes many times its own size once it is read. It counts the brackets
// that are open at once, and the commas of lists as deep as data is. It need not
// know whether the body is JSON.
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
		case character == ',' && depth <= dataDepth:
			commas++
		}
		if depth > maxNesting {
			return &TooLargeError{Limit: fmt.Sprintf("%d levels of nesting", maxNesting)}
		}
		if commas >= maxConfigurations {
			return tooMany()
		}
	}
	return nil
}

// statusError keeps what an answer that is an error says. Its body may be of
// any shape, as long as the message can be found.
func (c *call) statusError(answer answer, status int) *StatusError {
	var contents struct {
		Message json.RawMessage `json:"message"`
	}
	var message string
	// A message that cannot be found, or is no text, is an empty one.
	_ = json.Unmarshal(answer.body, &contents)
	_ = json.Unmarshal(contents.Message, &message)
	return &StatusError{
		HTTPStatus:  answer.status,
		Status:      status,
		Message:     c.client.safe(message),
		ContentType: c.contentType(answer.header),
		RetryAfter:  retryAfter(answer.header),
	}
}

// contentType returns a body's media type, without its parameters.
func (c *call) contentType(header http.Header) string {
	mediaType, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	return c.client.safe(mediaType)
}

func isJSON(header http.Header) bool {
	mediaType, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && (mediaType == "application/json" || strings.HasSuffix(mediaType, "+json"))
}

// parseProviderConfigurations reads the envelope's data: a list, or the empty
// object that the platform sends in place of an empty list.
func parseProviderConfigurations(data json.RawMessage) ([]ProviderConfiguration, error) {
	switch {
	case len(data) == 0:
		return nil, &ShapeError{Place: "data", Problem: "is missing"}
	case data[0] == '{' && isEmptyObject(data):
		return nil, nil
	case data[0] != '[':
		return nil, &ShapeError{Place: "data", Problem: "is not a list"}
	}
	var elements []struct {
		ID         *int64  `json:"id"`
		Provider   *string `json:"provider"`
		AccountSID *string `json:"account_sid"`
		CreatedAt  *string `json:"created_at"`
	}
	if err := json.Unmarshal(data, &elements); err != nil {
		return nil, shapeError(elementOf(data, err), err)
	}
	seen := make(map[int64]bool, len(elements))
	configurations := make([]ProviderConfiguration, len(elements))
	for i, element := range elements {
		if element.ID == nil {
			return nil, &ShapeError{Place: fmt.Sprintf("data[%d].id", i), Problem: "is missing"}
		}
		if seen[*element.ID] {
			return nil, &ShapeError{Place: fmt.Sprintf("data[%d].id", i), Problem: "repeats the id of an element before it"}
		}
		seen[*element.ID] = true
		configurations[i] = ProviderConfiguration{*element.ID, element.Provider, element.AccountSID, element.CreatedAt}
	}
	return configurations, nil
}

// elementOf names the element of the list that an error is about. The error
// itself tells no more than how far into the list it is.
func elementOf(data json.RawMessage, err error) string {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return "data"
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	_, _ = decoder.Token() // The opening bracket; the envelope would not have been read of what is not JSON.
	index := -1
	for decoder.InputOffset() < mismatch.Offset && decoder.More() {
		index++
		_ = decoder.Decode(new(json.RawMessage)) // Likewise.
	}
	return fmt.Sprintf("data[%d]", index)
}

// isEmptyObject says whether a JSON object has no members.
func isEmptyObject(data json.RawMessage) bool {
	return len(bytes.TrimSpace(data[1:len(data)-1])) == 0
}

// shapeError says where a body is not of its shape. It is built from what
// encoding/json expected, since that package's own text shows the value.
func shapeError(place string, err error) *ShapeError {
	var mismatch *json.UnmarshalTypeError
	if !errors.As(err, &mismatch) {
		return &ShapeError{Place: "the body", Problem: "is not valid JSON"}
	}
	var expected string
	switch mismatch.Type.Kind() {
	case reflect.String:
		expected = "a string"
	case reflect.Int, reflect.Int64:
		expected = "a whole number of 64 bits"
	default:
		expected = "an object"
	}
	if place = strings.Trim(place+"."+mismatch.Field, "."); place == "" {
		place = "the body"
	}
	return &ShapeError{Place: place, Problem: "is not " + expected}
}
