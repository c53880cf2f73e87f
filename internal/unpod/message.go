// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"bytes"
	"cmp"
	"maps"
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
//     data.detail or errors.
//   - errors, beside message: the same, for a 400 and for a 206.
//   - error.message and error.code: the API that docs.unpod.ai describes.
//   - error, a text: some of the platform's views and, beside message, its
//     middleware.
//   - detail: views without the renderer, as Django REST framework sends it.
//   - fields with lists of texts, or a list of such objects: the same, for a 400.
func errorMessage(body []byte) (message, code string) {
	if jsontext.Value(body).Kind() == jsontext.KindBeginArray {
		return texts(body, 0), ""
	}
	members := object(body)
	inner, data := object(members["error"]), object(members["data"])
	first, detail := texts(members["message"], 0), texts(members["detail"], 0)
	placeholder := ""
	if first == "Error" {
		first, placeholder, detail = "", first, cmp.Or(detail, texts(data["detail"], 0))
	}
	message = sentences(first, cmp.Or(texts(inner["message"], 0), texts(members["error"], 0)), texts(members["errors"], 0), detail)
	delete(members, "data")
	return cmp.Or(message, fieldTexts(members, 0), placeholder), texts(inner["code"], 0)
}

// hasMessage reports whether an error body has a message, or a field for one.
func hasMessage(body []byte) bool {
	members := object(body)
	for _, name := range []string{"message", "error", "errors", "detail"} {
		if _, ok := members[name]; ok {
			return true
		}
	}
	message, _ := errorMessage(body)
	return message != ""
}

// sentences joins texts. It leaves out a text that repeats another.
func sentences(all ...string) (joined string) {
	for _, text := range all {
		switch {
		case strings.Contains(strings.ToLower(joined), strings.ToLower(text)):
		case joined == "" || strings.ContainsAny(joined[len(joined)-1:], ".!?:"):
			joined = strings.TrimSpace(joined + " " + text)
		default:
			joined += ": " + text
		}
	}
	return joined
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
// strings, since they may be data such as some platforms' api_secret.
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
