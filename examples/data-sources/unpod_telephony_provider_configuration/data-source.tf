# The configuration at Twilio. The plan stops where there is none, or more than
# one, and says what there is.
data "unpod_telephony_provider_configuration" "twilio" {
  provider_slug = "twilio"
}

output "twilio_id" {
  description = "What a bridge is given to use Twilio."
  value       = data.unpod_telephony_provider_configuration.twilio.id
}
