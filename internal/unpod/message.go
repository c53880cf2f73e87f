// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxMessageNesting caps how deep the message of an error body may be nested.
const maxMessageNesting = 4

// errorMessage returns the message and the code of an error body. It knows every
// form in the platform's documentation and code: message, error.message with
// error.code, error, detail, and the field errors of a 400. It reads what it can
// of a truncated body.
func errorMessage(body []byte, status int) (message, code string) {
	members := object(body)
	newer, data := object(members["error"]), object(members["data"])
	message = texts(members["message"], 0)
	if message == "Error" { // The renderer's placeholder; the message is elsewhere.
		message = cmp.Or(texts(members["errors"], 0), texts(data["detail"], 0), message)
	} else if status == http.StatusBadRequest {
		message = strings.TrimSpace(message + " " + texts(members["errors"], 0))
	}
	message = cmp.Or(message, texts(newer["message"], 0), texts(members["error"], 0), texts(members["detail"], 0))
	if message == "" {
		delete(members, "data")
		message = cmp.Or(fieldTexts(members, 0), texts(listOnly(body), 0)) // Plain Django REST framework.
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

// listOnly returns the body if it is a list, else nil.
func listOnly(body jsontext.Value) jsontext.Value {
	if body.Kind() != jsontext.KindBeginArray {
		return nil
	}
	return body
}

// texts joins the texts in a JSON value, each after the name of its field.
func texts(value jsontext.Value, nesting int) string {
	var found []string
	switch kind := value.Kind(); {
	case nesting > maxMessageNesting:
	case kind == jsontext.KindString:
		var text string
		_ = json.Unmarshal(value, &text, lenient) // It is a string.
		return text
	case kind == jsontext.KindBeginArray:
		var elements []jsontext.Value
		_ = json.Unmarshal(value, &elements, lenient) // It may be truncated.
		for _, element := range elements {
			if text := texts(element, nesting+1); text != "" {
				found = append(found, text)
			}
		}
	case kind == jsontext.KindBeginObject:
		return fieldTexts(object(value), nesting)
	}
	return strings.Join(found, " ")
}

// fieldTexts joins the texts of field errors, which are lists. It skips bare
// strings, since they may be data such as an older platform's api_secret.
func fieldTexts(members map[string]jsontext.Value, nesting int) string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name].Kind() == jsontext.KindString {
			continue
		}
		if text := texts(members[name], nesting+1); text != "" {
			found = append(found, name+": "+text)
		}
	}
	return strings.Join(found, " ")
}
