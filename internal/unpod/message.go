// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxMessageNesting caps how deep the message of an error body may be nested.
	maxMessageNesting = 4
	// maxMessageParts caps how many elements of a list are searched, and how many
	// fields of an object are part of a message.
	maxMessageParts = 100
)

// errorMessage returns the message and the code of an error body. It reads what it
// can of a truncated body. These are the forms, and what sends them:
//
//   - message: the platform's renderer. It can be the placeholder Error beside
//     data.detail or errors, and a 400 has more in errors.
//   - error.message and error.code: the API that docs.unpod.ai describes.
//   - error, a text: some of the platform's views.
//   - detail: views without the renderer, as Django REST framework sends it.
//   - fields with lists of texts, or a list of such objects: the same, for a 400.
func errorMessage(body []byte, status int) (message, code string) {
	if jsontext.Value(body).Kind() == jsontext.KindBeginArray {
		return texts(body, 0), ""
	}
	members := object(body)
	newer, data := object(members["error"]), object(members["data"])
	message = texts(members["message"], 0)
	if message == "Error" {
		message = cmp.Or(texts(members["errors"], 0), texts(data["detail"], 0), message)
	} else if status == http.StatusBadRequest {
		message = strings.TrimSpace(message + " " + texts(members["errors"], 0))
	}
	message = cmp.Or(message, texts(newer["message"], 0), texts(members["error"], 0), texts(members["detail"], 0))
	if message == "" {
		delete(members, "data")
		message = fieldTexts(members, 0)
	}
	return message, texts(newer["code"], 0)
}

// object returns the members of a JSON object. It is empty for another value, and
// lacks the end of a truncated one.
func object(value jsontext.Value) map[string]jsontext.Value {
	var members map[string]jsontext.Value
	_ = json.Unmarshal(value, &members, lenient) // Both are expected.
	return members
}

// texts joins the texts in a JSON value, each after the name of its field.
func texts(value jsontext.Value, nesting int) string {
	switch kind := value.Kind(); {
	case nesting > maxMessageNesting:
	case kind == jsontext.KindString:
		var text string
		_ = json.Unmarshal(value, &text, lenient) // It is a string.
		return text
	case kind == jsontext.KindBeginArray:
		return elementTexts(value, nesting)
	case kind == jsontext.KindBeginObject:
		return fieldTexts(object(value), nesting)
	}
	return ""
}

// elementTexts joins the texts in an array, which may be truncated.
func elementTexts(array jsontext.Value, nesting int) string {
	var found []string
	decoder := jsontext.NewDecoder(bytes.NewReader(array), lenient)
	_, _ = decoder.ReadToken() // It is an array.
	for range maxMessageParts {
		element, err := decoder.ReadValue()
		if err != nil {
			break // The array ends.
		}
		if text := texts(element, nesting+1); text != "" {
			found = append(found, text)
		}
	}
	return strings.Join(found, " ")
}

// fieldTexts joins the texts of field errors, which are lists. It skips bare
// strings, since they may be data such as an older platform's api_secret.
func fieldTexts(members map[string]jsontext.Value, nesting int) string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name].Kind() == jsontext.KindString || len(found) == maxMessageParts {
			continue
		}
		if text := texts(members[name], nesting+1); text != "" {
			found = append(found, name+": "+text)
		}
	}
	return strings.Join(found, " ")
}
