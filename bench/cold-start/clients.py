"""A handler as Python has it: the same three clients, built when the function's process starts."""
import boto3

dynamodb = boto3.client("dynamodb", region_name="eu-west-1")
sqs = boto3.client("sqs", region_name="eu-west-1")
sns = boto3.client("sns", region_name="eu-west-1")


def handler(event, context):
    return None


print("ready", flush=True)
