# Needs no local Unpod either: nothing is asked.
mock_provider "unpod" {}

override_data {
  target = data.unpod_telephony_provider_configurations.twilio
  values = {
    ids = [42]
  }
}

run "gives_the_bridge_its_id" {
  assert {
    condition     = output.bridge == "support-line uses provider configuration 42"
    error_message = "The bridge must use the configuration at Twilio."
  }
}
