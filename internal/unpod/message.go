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

// maxMessageNesting bounds how deep texts are looked for in an error's body.
const maxMessageNesting = 4

// errorMessage returns what the body of an error says, in one of the forms that
// the platform's documents and code have: message, error.message with its
// error.code, error, or detail, and the field errors of a 400. A body that breaks
// off is read as far as it goes.
func errorMessage(body []byte, status int) (message, code string) {
	var members map[string]jsontext.Value
	_ = json.Unmarshal(body, &members, lenient) // As far as it goes.
	var newer struct {
		Code    jsontext.Value `json:"code"`
		Message jsontext.Value `json:"message"`
	}
	_ = json.Unmarshal(members["error"], &newer, lenient) // It need not be an object.
	message = cmp.Or(texts(members["message"], 0), texts(newer.Message, 0), texts(members["error"], 0), texts(members["detail"], 0))
	if status == http.StatusBadRequest {
		message = strings.TrimSpace(message + " " + texts(members["errors"], 0))
	}
	if message == "" && hasOnlyTexts(members) {
		message = texts(body, 0) // Plain Django REST framework: an object of fields, or a list.
	}
	return message, texts(newer.Code, 0)
}

// hasOnlyTexts says whether members can be field errors: texts, lists or objects.
// Something else is data, such as an older platform's element with its secrets.
func hasOnlyTexts(members map[string]jsontext.Value) bool {
	for _, member := range members {
		switch member.Kind() {
		case jsontext.KindString, jsontext.KindBeginArray, jsontext.KindBeginObject:
		default:
			return false
		}
	}
	return true
}

// texts returns the texts in a JSON value, each after the name of its field.
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
		_ = json.Unmarshal(value, &elements, lenient) // As far as it goes.
		for _, element := range elements {
			if text := texts(element, nesting+1); text != "" {
				found = append(found, text)
			}
		}
	case kind == jsontext.KindBeginObject:
		var members map[string]jsontext.Value
		_ = json.Unmarshal(value, &members, lenient) // As far as it goes.
		for _, name := range slices.Sorted(maps.Keys(members)) {
			if text := texts(members[name], nesting+1); text != "" {
				found = append(found, name+": "+text)
			}
		}
	}
	return strings.Join(found, " ")
}
